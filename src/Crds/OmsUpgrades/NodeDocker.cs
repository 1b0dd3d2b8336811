namespace Drydock.Crds.OmsUpgrades;

/// <summary>How the dockerd of each node is reached: as the node says, otherwise as spec.docker says. A node's docker
/// replaces spec.docker as a whole, so no field of one is ever used with the endpoint of the other.</summary>
public static class NodeDocker
{
    /// <summary>Stands for the address of the node.</summary>
    public const string HostIP = "{hostIP}";

    /// <summary>Stands for the name of the node.</summary>
    public const string Name = "{name}";

    /// <summary>The access of a node, with the placeholders filled in; null if neither says it.</summary>
    public static DockerAccess? Of(OmsUpgradeSpec spec, OmsNode node)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(node);
        return (node.Docker ?? spec.Docker) is { } docker
            ? docker with { Endpoint = Fill(docker.Endpoint, node) }
            : null;
    }

    /// <summary>The field that says how a node is reached.</summary>
    /// <param name="node">The node.</param>
    /// <param name="region">The name of its region.</param>
    public static string FieldOf(OmsNode node, string region)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node.Docker is null ? "spec.docker" : $"spec.regions[{region}].nodes[{node.Name}].docker";
    }

    /// <summary>Whether each node has an endpoint of its own by this text.</summary>
    public static bool HasPlaceholder(string endpoint) =>
        endpoint.Contains(HostIP, StringComparison.Ordinal) || endpoint.Contains(Name, StringComparison.Ordinal);

    // Between the scheme and the path, an IPv6 address needs brackets, which may be written already.
    private static string Fill(string endpoint, OmsNode node)
    {
        var scheme = endpoint.IndexOf("://", StringComparison.Ordinal) + "://".Length;
        var path = endpoint.IndexOf('/', scheme);
        var authority = path < 0 ? endpoint : endpoint[..path];
        var address = node.HostIP.Contains(':', StringComparison.Ordinal) ? $"[{node.HostIP}]" : node.HostIP;
        authority = authority.Replace($"[{HostIP}]", HostIP, StringComparison.Ordinal)
            .Replace(HostIP, address, StringComparison.Ordinal);
        return string.Concat(authority, path < 0 ? "" : endpoint[path..])
            .Replace(HostIP, node.HostIP, StringComparison.Ordinal)
            .Replace(Name, node.Name, StringComparison.Ordinal);
    }
}
