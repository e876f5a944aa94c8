<?php
// Writes vectors.json: callbacks that PHP itself signed, and callbacks that must be refused.
// php make_vectors.php > vectors.json. The same every time.

const FLAGS = [
    'default' => 0,
    'unescaped-slashes' => JSON_UNESCAPED_SLASHES,
    'unescaped-both' => JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE,
];
const KEYS = ['merchant-key-1', 'kunci/dengan=tanda+ &', 'ключ-é😀', ' '];
const PLACES = ['first', 'middle', 'last'];
const STYLES = ['compact' => ['{', ',', ':', '}'], 'pretty' => ["{\n    ", ",\n    ", ': ', "\n}"],
    'spaced' => [" { ", " ,\r\n\t", ' : ', " }\n"]];

// What `meta.data` holds, as it stands on the wire.
const HARD = [
    'words' => '"Jl. Merdeka 1\/2 <b> & \'x\'"',
    'unicode' => '"Café 王小明 カタカナ İ"',
    'escaped unicode' => '"\u00E9\u738b\u0000\u001f\u007f"',
    'emoji' => '"Ayu 😀 \ud83d\uDE00"',
    'line separators' => "\"a\u{2028}b\u{2029}c\\u2028\"",
    'DEL' => "\"x\x7fy\"",
    'control escapes' => '"\b\f\n\r\t\u000b\"\\\\\/"',
    'slashes' => '["http:\/\/a\/b","http://a/b","\\\\/"]',
    'floats' => '[10.0,0.1,1.50,-0.0,-0,1E5,1e-7,0.0001,123.456e-20]',
    'long floats' => '[1e15,1e16,1.2345e16,90000000000000016.0,1e17,1.0e+25,5e-324,1.7976931348623157e308]',
    'big integers' => '[9223372036854775807,9223372036854775808,-9223372036854775808,-9223372036854775809]',
    'huge integer' => '16642559058241000000000',
    'empty containers' => '[{},[],{"a":{}},[[]]]',
    'list-like object' => '{"0":"a","1":{"0":1},"2":[]}',
    'object out of order' => '{"1":"a","0":"b"}',
    'numeric keys' => '{"0":1,"01":2,"-0":3,"-7":4,"9223372036854775808":5,"1.0":6}',
    'empty key' => '{"":1,"\u0000*\u0000x":2,"é\/":3}',
    'nested signature' => '{"signature":"aa","x":[{"signature":{"signature":null}}]}',
    'signature in a string' => '"\",\"signature\":\"00\" {[ \\\\"',
    'duplicate keys' => '{"a":1,"b":2,"a":{"c":1,"c":[]},"0":1,"0":2}',
    'literals' => '[true,false,null,"",0]',
    'deep' => '[[[[[[[[{"a":[[{"b":[{}]}]]}]]]]]]]]',
];

function members(string $data): array
{
    return [
        '"merchant"' => '{"id":"FINPAY770"}',
        '"customer"' => '{"id":"Café/1"}',
        '"order"' => '{"id":"INV-1","reference":null,"amount":150000,"currency":"IDR"}',
        '"meta"' => '{"data":' . $data . '}',
        '"result"' => '{"payment":{"status":"PAID","statusDesc":null,"amount":150000}}',
    ];
}

function wire(array $members, string $style): string
{
    [$open, $comma, $colon, $close] = STYLES[$style];
    $parts = [];
    foreach ($members as $name => $value) {
        $parts[] = $name . $colon . $value;
    }
    return $open . implode($comma, $parts) . $close;
}

function with_signature(array $members, string $signature, string $place, string $name = '"signature"'): array
{
    $at = ['first' => 0, 'middle' => intdiv(count($members), 2), 'last' => count($members)][$place];
    return array_slice($members, 0, $at) + [$name => $signature] + array_slice($members, $at);
}

function hmac(string $text, string $key): string
{
    return hash_hmac('sha512', $text, $key);
}

function reencoded(string $body, int $flags = 0): string
{
    return json_encode(json_decode($body, true), $flags);
}

function vector(string $name, string $body, ?string $form, string $key): array
{
    $text = mb_is_utf8($body) ? ['body' => $body] : ['bodyHex' => bin2hex($body)];
    return ['name' => $name, 'form' => $form, 'key' => $key] + $text;
}

function mb_is_utf8(string $text): bool
{
    return preg_match('//u', $text) === 1;
}

function accepted(): array
{
    $vectors = [];
    mt_srand(20230404);
    foreach (HARD as $title => $data) {
        foreach (['raw' => null] + FLAGS as $form => $flags) {
            $key = KEYS[mt_rand(0, count(KEYS) - 1)];
            $place = PLACES[mt_rand(0, 2)];
            // A compact body might be its own encoding; then the raw form would match first.
            $style = $form === 'raw' ? array_keys(STYLES)[mt_rand(0, 2)] : ['pretty', 'spaced'][mt_rand(0, 1)];
            $name = mt_rand(0, 3) === 0 ? '"\u0073ign\u0061ture"' : '"signature"';
            $unsigned = wire(members($data), $style);
            $signed = $form === 'raw' ? $unsigned : reencoded($unsigned, $flags);
            $all = with_signature(members($data), '"' . hmac($signed, $key) . '"', $place, $name);
            $vectors[] = vector("$form: $title, $style, signature $place", wire($all, $style), $form, $key);
        }
    }
    return array_merge($vectors, alone());
}

function alone(): array
{
    $key = KEYS[0];
    $list = wire(['"0"' => '1', '"signature"' => '"' . hmac('[1]', $key) . '"'], 'compact');
    $escaped = hmac('{"a":1}', $key);
    $escaped = '\u00' . bin2hex($escaped[0]) . substr($escaped, 1);
    return [
        vector('raw: nothing but the signature', '{"signature":"' . hmac('{}', $key) . '"}', 'raw', $key),
        vector('default: nothing but the signature', '{"signature":"' . hmac('[]', $key) . '"}', 'default', $key),
        vector('default: a list once the signature is gone', $list, 'default', $key),
        vector('raw: an escape inside the signature', '{"a":1,"signature":"' . $escaped . '"}', 'raw', $key),
        vector('raw: infinite in PHP, but the bytes are signed',
            '{"a":1e400,"signature":"' . hmac('{"a":1e400}', $key) . '"}', 'raw', $key),
    ];
}

function refused(): array
{
    $key = KEYS[0];
    $members = members('"Ayu 😀 \/"'); // neither escaped nor unescaped throughout: only raw matches
    $unsigned = wire($members, 'compact');
    $mac = hmac($unsigned, $key);
    $body = fn (string $value): string => wire(with_signature($members, $value, 'last'), 'compact');
    $good = $body("\"$mac\"");
    $spaced = wire(with_signature($members, '"' . hmac($unsigned, $key) . '"', 'last'), 'spaced');
    $nested = fn (int $levels): string => str_repeat('[', $levels) . str_repeat(']', $levels);
    $over = fn (string $text): string => '{"a":' . $text . ',"signature":"' . hmac('{"a":' . $text . '}', $key) . '"}';
    $bodies = [
        'empty' => '',
        'not JSON' => 'order=INV-1&signature=' . $mac,
        'cut short' => substr($good, 0, -1),
        'bytes after the end' => $good . 'x',
        'a NUL after the end' => $good . "\0",
        'a byte order mark' => "\xef\xbb\xbf" . $good,
        'UTF-16' => iconv('UTF-8', 'UTF-16LE', $good),
        'invalid UTF-8' => $over("\"\xff\""),
        'a surrogate in UTF-8' => $over("\"\xed\xa0\x80\""),
        'an overlong slash' => $over("\"\xc0\xaf\""),
        'a lone high surrogate' => $over('"\ud83d"'),
        'a lone low surrogate' => $over('"\ude00\ud83d"'),
        'a lone surrogate in a lost duplicate' => $over('1,"b":"\ud800","b":2'),
        'NaN' => $over('NaN'),
        'Infinity' => $over('-Infinity'),
        'literals in capitals' => $over('TRUE'),
        'a leading zero' => $over('01'),
        'a trailing comma' => $over('[1,]'),
        'single quotes' => $over("'x'"),
        'a control character in a string' => $over("\"\t\""),
        'a comment' => $over('/* x */ 1'),
        'nested too deeply' => $over($nested(511)),
        'a list' => '[' . $good . ']',
        'a list that holds the word' => '["signature","' . $mac . '"]',
        'a string' => '"' . $mac . '"',
        'null' => 'null',
        'an empty object' => '{}',
        'no signature' => $unsigned,
        'the signature one level down' => '{"data":' . $good . '}',
        'signature in capitals as a name' => str_replace('"signature"', '"Signature"', $good),
        'signature null' => $body('null'),
        'signature true' => $body('true'),
        'signature a number' => $body('0'),
        'signature a list' => $body("[\"$mac\"]"),
        'signature an object' => $body("{\"0\":\"$mac\"}"),
        'signature empty' => $body('""'),
        'signature one character short' => $body('"' . substr($mac, 1) . '"'),
        'signature one character long' => $body("\"{$mac}0\""),
        'signature in upper case' => $body('"' . strtoupper($mac) . '"'),
        'signature with a newline' => $body("\"$mac\\n\""),
        'signature not hexadecimal' => $body('"g' . substr($mac, 1) . '"'),
        'signature in full-width digits' => $body('"' . str_repeat("\u{ff11}", 128) . '"'),
        'SHA-256' => $body('"' . hash_hmac('sha256', $unsigned, $key) . '"'),
        'no HMAC, only a hash' => $body('"' . hash('sha512', $unsigned) . '"'),
        'the empty key' => $body('"' . hmac($unsigned, '') . '"'),
        'another key' => $body('"' . hmac($unsigned, 'merchant-key-2') . '"'),
        'the key with a newline' => $body('"' . hmac($unsigned, "$key\n") . '"'),
        'amount changed' => str_replace('150000', '150001', $good),
        'status changed' => str_replace('PAID', 'VOID', $good),
        'a member added' => str_replace('"merchant"', '"x":1,"merchant"', $good),
        'a member removed' => str_replace('"merchant":{"id":"FINPAY770"},', '', $good),
        'members reordered' => wire(with_signature(array_reverse($members), "\"$mac\"", 'last'), 'compact'),
        'spaces added to raw bytes' => $spaced,
        'only unicode unescaped' => wire(with_signature($members, '"' . hmac(reencoded($unsigned, JSON_UNESCAPED_UNICODE), $key) . '"', 'last'), 'pretty'),
        'signed pretty, sent compact' => $body('"' . hmac(reencoded($unsigned, JSON_PRETTY_PRINT), $key) . '"'),
        'the signature twice' => str_replace('{"merchant"', "{\"signature\":\"$mac\",\"merchant\"", $good),
        'the signature twice, once escaped' => str_replace('{"merchant"', "{\"\\u0073ignature\":\"$mac\",\"merchant\"", $good),
        'the signature twice, once a number' => str_replace('{"merchant"', '{"signature":1,"merchant"', $good),
        // json_encode gives false for it, and hash_hmac takes false for "".
        'what PHP cannot encode' => '{"a":1e400,"signature":"' . hmac('', $key) . '"}',
        'the whole body signed with an empty signature' => $body('"' . hmac($body('""'), $key) . '"'),
    ];
    $vectors = [];
    foreach ($bodies as $name => $text) {
        $vectors[] = vector("refused: $name", $text, null, $key);
    }
    return $vectors;
}

$flags = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR;
$lines = array_map(fn (array $v): string => json_encode($v, $flags), array_merge(accepted(), refused()));
echo "[\n", implode(",\n", $lines), "\n]\n";
