<?php
// Answers what PHP makes of JSON documents, for test_against_php.py.
// Each line in is a batch: documents in base64, comma-separated. Each line out has one answer per
// document: "refused", or its three encodings in base64 with colons between, "false" where
// json_encode fails.

const FORMS = [0, JSON_UNESCAPED_SLASHES, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE];

function answer(string $document): string
{
    $value = json_decode($document, true);
    if (json_last_error() !== JSON_ERROR_NONE) {
        return 'refused';
    }
    $encoded = [];
    foreach (FORMS as $flags) {
        $text = json_encode($value, $flags);
        $encoded[] = $text === false ? 'false' : base64_encode($text);
    }
    return implode(':', $encoded);
}

while (($line = fgets(STDIN)) !== false) {
    $documents = array_map('base64_decode', explode(',', trim($line)));
    echo implode(',', array_map('answer', $documents)), "\n";
}
