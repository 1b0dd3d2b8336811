using Microsoft.Extensions.Configuration;

namespace Drydock.Operator.Telemetry;

/// <summary>What the standard environment variables of OpenTelemetry say about the receiver. The package reads the
/// others itself, but would ignore a value that it cannot use, and send to localhost without an endpoint.</summary>
/// <param name="Metrics">Where metrics are sent; null: nowhere.</param>
/// <param name="Traces">Where traces are sent; null: nowhere.</param>
internal sealed record OtlpSettings(IConfiguration Environment, OtlpTarget? Metrics, OtlpTarget? Traces)
{
    private const string Interval = "OTEL_METRIC_EXPORT_INTERVAL";

    /// <exception cref="OperatorOptionException">A variable cannot be used.</exception>
    public static OtlpSettings Read(IConfiguration environment)
    {
        if (string.Equals(environment["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase))
        {
            return new OtlpSettings(environment, null, null);
        }

        Use(Interval, environment[Interval], IsMilliseconds, "a number of milliseconds");
        return new OtlpSettings(environment, Target(environment, "METRICS"), Target(environment, "TRACES"));
    }

    private static OtlpTarget? Target(IConfiguration environment, string signal)
    {
        // The signal's own variable wins.
        string? Value(string what, Func<string, bool> isUsable, string expected) =>
            new[] { $"OTEL_EXPORTER_OTLP_{signal}_{what}", $"OTEL_EXPORTER_OTLP_{what}" }
                .Select(name => Use(name, environment[name], isUsable, expected))
                .FirstOrDefault(value => value is not null);

        if (environment[$"OTEL_{signal}_EXPORTER"] == "none" || Value("ENDPOINT", IsAddress, "an http or https address")
            is not { } endpoint)
        {
            return null;
        }

        Value("PROTOCOL", text => text == "http/protobuf", "http/protobuf, which collectors take on port 4318");
        return new OtlpTarget(
            environment[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"] is { Length: > 0 }
                ? new Uri(endpoint)
                : new Uri($"{endpoint.TrimEnd('/')}/v1/{signal.ToLowerInvariant()}"),
            [.. Pairs(Value("HEADERS", text => Pairs(text).All(p => p.Key.Length > 0), "key=value,key=value") ?? "")],
            TimeSpan.FromMilliseconds(int.Parse(
                Value("TIMEOUT", IsMilliseconds, "a number of milliseconds") ?? "10000", CultureInfo.InvariantCulture)),
            Value("COMPRESSION", text => text is "gzip" or "none", "gzip or none") == "gzip",
            Value("CERTIFICATE", File.Exists, "a file with certificates in PEM"));
    }

    // The message names no value: headers hold tokens.
    private static string? Use(string name, string? value, Func<string, bool> isUsable, string expected) =>
        string.IsNullOrEmpty(value) ? null
        : isUsable(value) ? value
        : throw new OperatorOptionException($"{name} cannot be used; expected is {expected}.");

    private static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https";

    private static bool IsMilliseconds(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0;

    // Percent-encoded values, which may hold a comma. Without '=' there is no key.
    private static IEnumerable<KeyValuePair<string, string>> Pairs(string text) =>
        from pair in text.Split(',', StringSplitOptions.RemoveEmptyEntries)
        let at = Math.Max(0, pair.IndexOf('=', StringComparison.Ordinal))
        select new KeyValuePair<string, string>(pair[..at].Trim(), Uri.UnescapeDataString(pair[(at + 1)..].Trim()));
}

/// <summary>Where one signal is sent.</summary>
/// <param name="Headers">Headers of each request. They may hold a token.</param>
/// <param name="Certificate">File with the certificates of the authorities to trust, in PEM; null for those of the
/// system.</param>
internal sealed record OtlpTarget(
    Uri Endpoint,
    IReadOnlyList<KeyValuePair<string, string>> Headers,
    TimeSpan Timeout,
    bool IsCompressed,
    string? Certificate)
{
    public override string ToString() =>
        Endpoint.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
}
