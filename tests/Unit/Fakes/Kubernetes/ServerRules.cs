namespace Drydock.Tests.Unit.Fakes;

/// <summary>What an API server demands of the metadata of every object.</summary>
internal static partial class ServerRules
{
    private const int LongestAnnotations = 256 * 1024;

    /// <summary>What the server refuses; empty if nothing.</summary>
    public static IEnumerable<string> Broken(V1ObjectMeta meta)
    {
        if (meta.Name.Length > 253 || !Subdomain().IsMatch(meta.Name))
        {
            yield return $"metadata.name: Invalid value: \"{meta.Name}\"";
        }

        foreach (var (key, value) in meta.Labels ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            if (!IsKey(key))
            {
                yield return $"metadata.labels: Invalid value: \"{key}\"";
            }

            if (value.Length > 63 || !LabelValue().IsMatch(value))
            {
                yield return $"metadata.labels: Invalid value: \"{value}\": must be no more than 63 characters";
            }
        }

        foreach (var key in (meta.Annotations ?? new Dictionary<string, string>(StringComparer.Ordinal)).Keys.Where(
            k => !IsKey(k)))
        {
            yield return $"metadata.annotations: Invalid value: \"{key}\"";
        }

        if ((meta.Annotations ?? new Dictionary<string, string>(StringComparer.Ordinal)).Sum(
            a => a.Key.Length + a.Value.Length) > LongestAnnotations)
        {
            yield return "metadata.annotations: Too long";
        }

        foreach (var owner in (meta.OwnerReferences ?? []).Where(
            o => o.Name.Length == 0 || o.Uid.Length == 0 || o.Kind.Length == 0 || o.ApiVersion.Length == 0))
        {
            yield return $"metadata.ownerReferences: {owner.Kind} {owner.Name} lacks something";
        }
    }

    private static bool IsKey(string key)
    {
        var parts = key.Split('/');
        return parts.Length <= 2
            && parts[^1].Length <= 63 && KeyName().IsMatch(parts[^1])
            && (parts.Length == 1 || (parts[0].Length <= 253 && Subdomain().IsMatch(parts[0])));
    }

    [GeneratedRegex(
        @"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$", RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Subdomain();

    [GeneratedRegex(
        "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LabelValue();

    [GeneratedRegex(
        "^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KeyName();
}
