namespace Drydock.Operator.Telemetry;

/// <summary>What the standard environment variables of OpenTelemetry say: where telemetry is sent, and as what. Without
/// an endpoint nothing is sent.</summary>
internal sealed record OtlpSettings
{
    private const string Endpoint = "ENDPOINT";
    private const string Protocol = "http/protobuf";

    /// <summary>Where metrics are sent; null: nowhere.</summary>
    public OtlpTarget? Metrics { get; private init; }

    /// <summary>Where traces are sent; null: nowhere.</summary>
    public OtlpTarget? Traces { get; private init; }

    public TimeSpan Interval { get; private init; }

    public IReadOnlyList<KeyValuePair<string, string>> Resource { get; private init; } = [];

    /// <summary>Reads the environment.</summary>
    /// <param name="read">A variable by its name; null or empty if it is not set.</param>
    /// <exception cref="OperatorOptionException">A variable cannot be used.</exception>
    public static OtlpSettings Read(Func<string, string?> read, string version, string instance)
    {
        if (string.Equals(read("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase))
        {
            return new OtlpSettings();
        }

        return new OtlpSettings
        {
            Metrics = Target(read, "METRICS"),
            Traces = Target(read, "TRACES"),
            Interval = Milliseconds(read, ["OTEL_METRIC_EXPORT_INTERVAL"], 60_000),
            Resource = ResourceOf(read, version, instance),
        };
    }

    private static OtlpTarget? Target(Func<string, string?> read, string signal)
    {
        if (read($"OTEL_{signal}_EXPORTER") == "none")
        {
            return null;
        }

        var own = read(Name(signal, Endpoint));
        var shared = read(Name(null, Endpoint));
        var text = own is { Length: > 0 } ? own
            : shared is { Length: > 0 } ? $"{shared.TrimEnd('/')}/v1/{signal.ToLowerInvariant()}"
            : null;
        if (text is null)
        {
            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
        {
            throw new OperatorOptionException(
                $"{(own is { Length: > 0 } ? Name(signal, Endpoint) : Name(null, Endpoint))} is not an http or https "
                + "address.");
        }

        if (First(read, signal, "PROTOCOL") is { } protocol && protocol != Protocol)
        {
            throw new OperatorOptionException(
                $"{Name(null, "PROTOCOL")} is '{protocol}'; the operator sends {Protocol} only. Collectors take it on "
                + "port 4318.");
        }

        var compression = First(read, signal, "COMPRESSION");
        if (compression is not (null or "gzip" or "none"))
        {
            throw new OperatorOptionException(
                $"{Name(null, "COMPRESSION")} is '{compression}'; expected is gzip or none.");
        }

        return new OtlpTarget(
            endpoint,
            Pairs(First(read, signal, "HEADERS"), Name(null, "HEADERS")),
            Milliseconds(read, [Name(signal, "TIMEOUT"), Name(null, "TIMEOUT")], 10_000),
            compression == "gzip",
            First(read, signal, "CERTIFICATE"));
    }

    private static IReadOnlyList<KeyValuePair<string, string>> ResourceOf(
        Func<string, string?> read, string version, string instance)
    {
        var resource = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["service.name"] = "drydock",
            ["service.version"] = version,
            ["service.instance.id"] = instance,
        };
        foreach (var (key, value) in Pairs(read("OTEL_RESOURCE_ATTRIBUTES"), "OTEL_RESOURCE_ATTRIBUTES"))
        {
            resource[key] = value;
        }

        if (read("OTEL_SERVICE_NAME") is { Length: > 0 } name)
        {
            resource["service.name"] = name;
        }

        return [.. resource];
    }

    private static string Name(string? signal, string what) =>
        signal is null ? $"OTEL_EXPORTER_OTLP_{what}" : $"OTEL_EXPORTER_OTLP_{signal}_{what}";

    private static string? First(Func<string, string?> read, string signal, string what) =>
        read(Name(signal, what)) is { Length: > 0 } own ? own
        : read(Name(null, what)) is { Length: > 0 } shared ? shared
        : null;

    // key=value,key=value, with percent-encoded values. The message names no value: headers hold tokens.
    private static List<KeyValuePair<string, string>> Pairs(string? text, string variable)
    {
        List<KeyValuePair<string, string>> pairs = [];
        foreach (var pair in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (pair.Split('=', 2) is not [var key, var value] || key.Trim().Length == 0)
            {
                throw new OperatorOptionException($"{variable} must have the form key=value,key=value.");
            }

            pairs.Add(new(key.Trim(), Uri.UnescapeDataString(value.Trim())));
        }

        return pairs;
    }

    private static TimeSpan Milliseconds(Func<string, string?> read, IReadOnlyList<string> names, int otherwise)
    {
        foreach (var name in names)
        {
            if (read(name) is { Length: > 0 } text)
            {
                return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0
                    ? TimeSpan.FromMilliseconds(value)
                    : throw new OperatorOptionException($"{name} is '{text}'; expected is a number of milliseconds.");
            }
        }

        return TimeSpan.FromMilliseconds(otherwise);
    }
}

/// <summary>Where one signal is sent.</summary>
/// <param name="Endpoint">The full address.</param>
/// <param name="Headers">Headers of each request. They may hold a token.</param>
/// <param name="Timeout">How long one request may take.</param>
/// <param name="IsCompressed">Whether bodies are sent with gzip.</param>
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
