namespace Drydock.Reconcilers.Oms;

/// <summary>Reads answers of one console: data where <c>success</c> is true, otherwise an error that says what to do.
/// HTTP 200 proves nothing. The codes of OMS are public only in part (<c>PARAM_ERROR</c>, <c>GHANA-OPERAT…</c>), so
/// refused logins are also recognized by their words.</summary>
internal sealed class OmsApiErrors(Uri address, OmsApiTarget target, string login)
{
    private const int LongestWords = 500;
    private const int LongestPlace = 200;

    private static readonly string[] LoginWords =
    [
        "unauthorized", "unauthenticated", "authentication", "authorization", "auth_fail", "not login",
        "not logged in", "no permission", "permission denied", "access denied", "password", "密码", "认证", "未登录",
        "无权限",
    ];

    private static readonly string[] ExpiryWords = ["expire", "过期", "失效"];

    private readonly Redactor _redactor = new([target.Password, new Secret(login)]);

    /// <exception cref="OmsApiException">The answer does not have <c>success: true</c>.</exception>
    public JsonElement Data(string what, HttpResponseMessage response, byte[] content)
    {
        JsonException? problem = null;
        try
        {
            if (JsonSerializer.Deserialize(content, OmsApiJson.Default.Envelope) is { } envelope
                && LooseText.Flag(envelope.Success) is { } success)
            {
                return success && response.IsSuccessStatusCode
                    ? envelope.Data
                    : throw Refused(what, response.StatusCode, success, envelope);
            }
        }
        catch (JsonException exception)
        {
            problem = exception;
        }

        throw NoAnswer(what, response, content, problem);
    }

    public OmsApiException NoAnswer(string what, HttpOutcomeException cause)
    {
        if (EndpointRefusedException.In(cause) is { } refused)
        {
            return Error(
                OmsApiErrorKind.Refused,
                what,
                $"{refused.Message} The address comes from the key url of the Secret, or is the node's own",
                cause);
        }

        if (UntrustedConsoleException.In(cause) is { } untrusted)
        {
            return Error(
                OmsApiErrorKind.Untrusted,
                what,
                $"its certificate is not trusted, so nothing was sent: {untrusted.Message} ({untrusted.Certificate}). "
                    + "Put the authority that signed it, or a self-signed certificate itself, into the key ca.crt of "
                    + $"the Secret. On the host: `docker cp CONTAINER:{ConsoleAddress.CertificateTarget} - | tar -xO`",
                cause);
        }

        var (kind, remedy) = cause.Problem switch
        {
            HttpProblem.Foreign or HttpProblem.TooLong =>
                (OmsApiErrorKind.Unreadable, "Check that the address is that of OMS"),
            HttpProblem.Handshake =>
                (OmsApiErrorKind.Unreachable, "Check that this port speaks TLS, or correct the key url"),
            _ => (
                OmsApiErrorKind.Unreachable,
                "Check that the port is open to the operator and that oms_console is running"),
        };
        return Error(kind, what, $"{cause.Message}. {remedy}", cause);
    }

    public OmsApiException Unreadable(string what, string why, Exception? cause = null) =>
        Error(OmsApiErrorKind.Unreadable, what, why, cause);

    private OmsApiException Refused(string what, HttpStatusCode status, bool success, Envelope envelope)
    {
        var words = string.Join(' ', envelope.Code, envelope.Message);
        var said = $"success: {(success ? "true" : "false")}, HTTP {(int)status}, code "
            + $"{Clip(envelope.Code) ?? "none"}: {Clip(envelope.Message) ?? "no message"}"
            + (envelope.Advice is { Length: > 0 } advice ? $" ({Clip(advice)})" : "")
            + (envelope.RequestId is { Length: > 0 } request ? $" [request {Clip(request)}]" : "");
        return status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => Denied(what, said, Has(words, ExpiryWords)),
            _ when envelope.Code != "PARAM_ERROR" && Has(words, LoginWords) =>
                Denied(what, said, Has(words, ExpiryWords)),
            HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout =>
                Error(OmsApiErrorKind.Unreachable, what, said),
            _ => Error(OmsApiErrorKind.Refused, what, $"refused with {said}"),
        };
    }

    private OmsApiException NoAnswer(string what, HttpResponseMessage response, byte[] content, JsonException? problem)
    {
        var status = (int)response.StatusCode;
        var to = Place(response.Headers.Location);
        var isPage = Array.Find(content, b => !char.IsWhiteSpace((char)b)) == (byte)'<';
        return status switch
        {
            401 or 403 => Denied(what, $"HTTP {status}", expired: false),
            >= 300 and < 400 when to.Contains("login", StringComparison.OrdinalIgnoreCase) =>
                Denied(what, $"HTTP {status} to {to}", expired: false),
            >= 300 and < 400 => Error(
                OmsApiErrorKind.Absent,
                what,
                $"HTTP {status} to {to}. Put the console's own address into the key url"),
            404 or 405 or 410 =>
                Error(OmsApiErrorKind.Absent, what, $"HTTP {status}: this console has no such API"),
            408 or 425 or 429 or >= 500 => Error(
                OmsApiErrorKind.Unreachable,
                what,
                $"HTTP {status}. The console may be starting. See /home/admin/logs in its container"),
            >= 400 => Error(OmsApiErrorKind.Refused, what, $"HTTP {status} without an answer of OMS"),
            _ when isPage => Error(
                OmsApiErrorKind.Absent,
                what,
                "the answer is a web page instead of JSON. The console has no such API, or the key url is the address "
                    + "of another program"),
            _ => Error(
                OmsApiErrorKind.Unreadable,
                what,
                problem is null ? "the answer has no field success" : "the answer is not complete JSON",
                problem),
        };
    }

    private OmsApiException Denied(string what, string said, bool expired) => Error(
        OmsApiErrorKind.Denied,
        what,
        expired
            ? $"the password of user {target.User} has expired ({said}). OMS passwords expire after 90 days. "
                + "Set a new one in the console and put it into the Secret"
            : $"the login of user {target.User} was refused ({said}). Correct the Secret");

    private OmsApiException Error(OmsApiErrorKind kind, string what, string why, Exception? cause = null) =>
        new(kind, _redactor.Redact($"OMS API at {address.AbsoluteUri}, {what}: {why}"), cause);

    // The query may contain a token.
    private static string Place(Uri? location) =>
        location is null ? "nowhere" : ForeignText.Words(location.OriginalString.Split('?', '#')[0], LongestPlace);

    private static bool Has(string words, string[] any) =>
        Array.Exists(any, w => words.Contains(w, StringComparison.OrdinalIgnoreCase));

    private static string? Clip(string? text) => text is null ? null : ForeignText.Words(text, LongestWords);
}

/// <summary>The API refused or failed. The message says what was asked, what was answered, and what to do; never a
/// secret.</summary>
internal sealed class OmsApiException(OmsApiErrorKind kind, string message, Exception? innerException = null)
    : TargetException(Reasons.StepFailed, message, innerException)
{
    public OmsApiErrorKind Kind { get; } = kind;
}

internal enum OmsApiErrorKind
{
    /// <summary>The Secret with the credentials is missing or cannot be used.</summary>
    Credentials,

    /// <summary>No connection, no answer in time, or a gateway error while the console starts. A later attempt may
    /// succeed.</summary>
    Unreachable,

    /// <summary>The certificate is not trusted. Nothing was sent; a later attempt does not succeed either.</summary>
    Untrusted,

    Denied,

    Absent,

    Refused,

    /// <summary>The answer is not what the API's documents describe, or too large.</summary>
    Unreadable,
}
