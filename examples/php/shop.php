<?php

/*
 * A shop's backend that takes payment codes; ../README.md says how to run it.
 *
 * POST /orders     makes an order and asks the payment service for its code
 * GET /orders/{id} shows how the order stands
 * POST /webhooks   is told by the payment service what becomes of the payment
 */

declare(strict_types=1);

// In whole rupiah. The price comes from the shop, never from the customer's browser.
const PRICES = ['kaos' => 150_000, 'topi' => 75_000];
// Seconds that a customer at the checkout waits for a code.
const PATIENCE = 25;
const TRY_AGAIN = [429, 500, 503, 504];
// Seconds that the time of a delivery may differ from ours; older ones may be somebody's replay.
const TOLERANCE = 300;

const SCHEMA = "CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY, item TEXT NOT NULL, amount INTEGER NOT NULL, paymentCode TEXT,
    status TEXT NOT NULL DEFAULT 'NEW', version INTEGER NOT NULL DEFAULT 0,
    paid INTEGER NOT NULL DEFAULT 0)";

// One statement compares and writes, so of two deliveries at once the newer version stays, whichever
// comes last. Goods go out for `paid` alone: PAID, and with the amount that was asked for.
const TAKE_IF_NEWER = "UPDATE orders
    SET status = :status, version = :version, paymentCode = :paymentCode,
        paid = (:status = 'PAID' AND :amount = amount AND :currency = 'IDR')
    WHERE id = :orderId AND version < :version";

function create_order(PDO $orders, string $body): never
{
    $wish = json_decode($body, true);
    $id = $wish['id'] ?? null;
    $item = $wish['item'] ?? null;
    if (!is_string($id) || !is_string($item) || !isset(PRICES[$item])) {
        answer(422);
    }
    $amount = PRICES[$item];
    // Stored before anybody can pay it. The same id again is the same order, not a second one.
    $orders->prepare('INSERT OR IGNORE INTO orders (id, item, amount) VALUES (?, ?, ?)')
        ->execute([$id, $item, $amount]);
    $stored = find($orders, $id);
    if ($stored['item'] !== $item || $stored['amount'] !== $amount) {
        answer(409);
    }
    $result = ask_for_code([
        'customer' => $wish['customer'] ?? null,
        'order' => ['id' => $id, 'amount' => $amount, 'description' => $item],
        'url' => ['callbackUrl' => getenv('SHOP_URL') . '/webhooks'],
    ]);
    if ($result['again']) {
        // The order stands: whoever sends the same request again gets its code.
        header('Retry-After: ' . $result['wait']);
        answer(503);
    }
    if ($result['status'] !== 201) {
        // What the customer can correct is said; the rest is the shop's own trouble.
        $told = in_array($result['status'], [409, 422], true);
        $told ? answer($result['status'], $result['json']) : answer(502, []);
    }
    take_if_newer($orders, $result['json']);
    answer(201, find($orders, $id));
}

/**
 * Sends the request until it is answered for certain or PATIENCE ends. To send the same body again
 * is safe: order.id is the idempotency key.
 */
function ask_for_code(array $body): array
{
    $deadline = microtime(true) + PATIENCE;
    while (true) {
        $result = ask_once(json_encode($body, JSON_THROW_ON_ERROR));
        if (!$result['again'] || microtime(true) + $result['wait'] > $deadline) {
            return $result;
        }
        sleep($result['wait']);
    }
}

/** `again` says whether the outcome is open, `wait` in how many seconds to ask again. */
function ask_once(string $body): array
{
    $content = @file_get_contents(getenv('PAYMENTS_URL') . '/payments', false, stream_context_create([
        'http' => [
            'method' => 'POST',
            'header' => [
                'Authorization: Bearer ' . getenv('PAYMENTS_API_KEY'),
                'Content-Type: application/json',
            ],
            'content' => $body,
            'timeout' => 30,
            'follow_location' => 0,
            'ignore_errors' => true, // so that the body of an error is read too
        ],
    ]));
    $head = implode("\n", $http_response_header ?? []);
    if ($content === false || !preg_match('~^HTTP/\S+ (\d{3})~', $head, $line)) {
        return ['again' => true, 'wait' => 2];
    }
    $status = (int) $line[1];
    $in_progress = $status === 409 && str_contains($content, 'payment-in-progress');
    return [
        'status' => $status,
        'json' => json_decode($content, true),
        'again' => in_array($status, TRY_AGAIN, true) || $in_progress,
        'wait' => preg_match('/^Retry-After: (\d+)/mi', $head, $asked) ? max(1, (int) $asked[1]) : 2,
    ];
}

function take_webhook(PDO $orders, string $body): never
{
    // The bytes as they came: JSON that was parsed and written anew has another signature.
    if (!is_genuine($body, getallheaders())) {
        answer(401);
    }
    $payment = json_decode($body, true, 512, JSON_THROW_ON_ERROR)['data'];
    take_if_newer($orders, $payment);
    // Not of this shop: not acknowledged (404), so the service keeps it and somebody looks.
    find($orders, $payment['orderId']);
    // A duplicate or an older version changed nothing, and is as welcome. Whatever takes long, such
    // as sending the goods, is for a job that looks for `paid` orders.
    answer(204);
}

/** Standard Webhooks 1.0: HMAC-SHA256 over id, time and body; one of the signatures has to fit. */
function is_genuine(string $body, array $headers): bool
{
    $headers = array_change_key_case($headers);
    $id = $headers['webhook-id'] ?? '';
    $timestamp = $headers['webhook-timestamp'] ?? '';
    if ($id === '' || !ctype_digit($timestamp) || abs(time() - (int) $timestamp) > TOLERANCE) {
        return false;
    }
    $key = base64_decode(substr(getenv('WEBHOOK_SECRET'), strlen('whsec_')), true);
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    $genuine = false;
    // There are several while the secret is being rotated. hash_equals takes as long for a good
    // guess as for a bad one, and === does not.
    foreach (explode(' ', $headers['webhook-signature'] ?? '') as $signature) {
        $genuine = hash_equals($expected, $signature) || $genuine;
    }
    return $genuine;
}

function take_if_newer(PDO $orders, array $payment): void
{
    $names = ['orderId', 'status', 'version', 'paymentCode', 'amount', 'currency'];
    $orders->prepare(TAKE_IF_NEWER)->execute(array_intersect_key($payment, array_flip($names)));
}

/** The order as the shop shows it; answers 404 when there is none. */
function find(PDO $orders, string $id): array
{
    $query = $orders->prepare('SELECT * FROM orders WHERE id = ?');
    $query->execute([$id]);
    $order = $query->fetch(PDO::FETCH_ASSOC) ?: answer(404);
    return ['paid' => (bool) $order['paid']] + $order;
}

function answer(int $status, ?array $json = null): never
{
    http_response_code($status);
    header('Content-Type: application/json');
    exit($json === null ? '' : json_encode((object) $json, JSON_THROW_ON_ERROR));
}

$orders = new PDO('sqlite:' . getenv('DATABASE'), options: [PDO::ATTR_TIMEOUT => 10]);
$orders->exec(SCHEMA);
$body = file_get_contents('php://input');
$route = $_SERVER['REQUEST_METHOD'] . ' ' . parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
match (true) {
    $route === 'POST /orders' => create_order($orders, $body),
    $route === 'POST /webhooks' => take_webhook($orders, $body),
    (bool) preg_match('~^GET /orders/([\w-]+)$~', $route, $found) => answer(200, find($orders, $found[1])),
    default => answer(404),
};
