namespace Drydock.Reconcilers.Oms;

/// <summary>What spec.container and the node's own container ask for, as one. Pure.</summary>
internal static class ContainerOverrides
{
    private const int LongestDescription = 512;

    public static ContainerSpec Of(OmsUpgradeSpec spec, OmsNode? node)
    {
        var (basis, own) = (spec.Container, node?.Container ?? new ContainerSpec());
        return new ContainerSpec
        {
            Env = Merge(basis.Env, own.Env, variable => variable.Name),
            ExtraHosts = Merge(basis.ExtraHosts, own.ExtraHosts, HostOf),
            Ulimits = Merge(basis.Ulimits, own.Ulimits, limit => limit.Name),
            LogConfig = own.LogConfig ?? basis.LogConfig,
            Memory = own.Memory ?? basis.Memory,
            Binds = Merge(basis.Binds, own.Binds, bind => Bind.Parse(bind).Target),
            Labels = Merge(basis.Labels, own.Labels, NameOf),
            StopGrace = own.StopGrace ?? basis.StopGrace,
        };
    }

    public static ContainerSpec Of(OmsUpgradeSpec spec, string node) =>
        Of(spec, spec.Regions.SelectMany(region => region.Nodes).FirstOrDefault(n => n.Name == node));

    /// <summary>SHA-256 of what the options of the container are made of, 64 hex digits; null if nothing is asked
    /// for.</summary>
    public static string? Hash(ContainerSpec container)
    {
        var empty = FieldClasses.Hash(new OmsUpgradeSpec(), FieldClass.Identity);
        var hash = FieldClasses.Hash(new OmsUpgradeSpec { Container = container }, FieldClass.Identity);
        return hash == empty ? null : hash;
    }

    public static string? Describe(ContainerSpec container) =>
        string.Join("; ", Words(container)) is { Length: > 0 } all ? SchemaLimits.Clip(all, LongestDescription) : null;

    public static string HostOf(string line) => line.Split(':', 2)[0];

    public static string NameOf(string entry) => entry.Split('=', 2)[0];

    public static long Bytes(string size)
    {
        var digits = size.TrimEnd('i', 'k', 'K', 'M', 'G', 'T');
        return long.Parse(digits, CultureInfo.InvariantCulture) * size[digits.Length..] switch
        {
            "k" => 1000L,
            "M" => 1000L * 1000,
            "G" => 1000L * 1000 * 1000,
            "T" => 1000L * 1000 * 1000 * 1000,
            "Ki" => 1L << 10,
            "Mi" => 1L << 20,
            "Gi" => 1L << 30,
            "Ti" => 1L << 40,
            _ => 1L,
        };
    }

    private static IEnumerable<string> Words(ContainerSpec container) =>
    [
        .. container.Memory is { } memory ? new[] { $"memory {memory}" } : [],
        .. container.LogConfig is { } log ? new[] { Log(log) } : [],
        .. container.Ulimits.Select(limit => $"ulimit {limit.Name}={limit.Soft}:{limit.Hard ?? limit.Soft}"),
        .. container.Env.Select(variable => variable.ValueFrom?.SecretKeyRef is { } secret
            ? $"env {variable.Name} (Secret {secret.Name}, key {secret.Key})"
            : $"env {variable.Name}"),
        .. container.ExtraHosts.Select(line => $"extra host {line}"),
        .. container.Binds.Select(bind => $"bind {bind}"),
        .. container.Labels.Select(label => $"label {NameOf(label)}"),
    ];

    private static string Log(LogConfigSpec log) => log.Options.Count == 0
        ? $"log driver {log.Driver}"
        : $"log driver {log.Driver} ({string.Join(", ", log.Options.Select(NameOf))})";

    private static List<T> Merge<T>(List<T> basis, List<T> own, Func<T, string> key)
    {
        var names = own.Select(key).ToHashSet(StringComparer.Ordinal);
        return [.. basis.Where(entry => !names.Contains(key(entry))), .. own];
    }
}

/// <summary>Which values of environment variables must not be shown.</summary>
internal static class SecretVariables
{
    private static readonly string[] Words = ["PASS", "PWD", "SECRET", "TOKEN", "KEY", "CREDENTIAL"];

    public static IEnumerable<Secret> In(IEnumerable<string> lines) => lines
        .Select(line => line.Split('=', 2))
        .Where(line => line.Length == 2 && IsSecret(line[0]))
        .Select(line => new Secret(line[1]));

    public static IEnumerable<Secret> In(EnvironmentVariable variable, Func<SecretKeyReference, Secret?> secret) =>
        variable switch
        {
            { ValueFrom.SecretKeyRef: { } reference } => secret(reference) is { } value ? [value] : [],
            { Value: { } text } when IsSecret(variable.Name) => [new Secret(text)],
            _ => [],
        };

    private static bool IsSecret(string name) =>
        Array.Exists(Words, word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
}
