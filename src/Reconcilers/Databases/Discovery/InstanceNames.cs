namespace Drydock.Reconcilers.Databases;

/// <summary>Names of processes that the spec does not name. They follow from the process alone, so that the same
/// cluster gives the same names on every look, also after another process has joined. Pure.</summary>
internal static partial class InstanceNames
{
    private const int LongestHost = 44;

    /// <summary>The name: of a member that has one of its own that one, otherwise COMPONENT-HOST, with the port if that
    /// is not the default.</summary>
    /// <param name="spec">For the default ports.</param>
    public static string Of(DatabaseRollingUpgradeSpec spec, FoundMember member, IReadOnlySet<string> taken)
    {
        if (member.Name is { Length: <= SchemaLimits.ShortName } own && Label().IsMatch(own) && !taken.Contains(own))
        {
            return own;
        }

        var component = member.Component.ToString().ToLowerInvariant();
        var usual = DefaultPorts.Service(
            spec, new DatabaseInstance { Component = member.Component, Host = member.Host });
        var name = $"{component}-{Host(member.Host)}";
        var full = string.Create(CultureInfo.InvariantCulture, $"{name}-{member.Port}");
        return member.Port == usual && !taken.Contains(name) ? name : full;
    }

    private static string Host(string host)
    {
        var text = Others().Replace(host.ToLowerInvariant(), "-").Trim('-');
        return text.Length <= LongestHost
            ? text
            : $"{text[..(LongestHost - 9)]}-{Short(host)}";
    }

    private static string Short(string host) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(host)))[..8];

    [GeneratedRegex(Patterns.Label, RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label();

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Others();
}
