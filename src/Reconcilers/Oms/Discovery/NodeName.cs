namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Names of nodes that the spec does not name. They are made from the address, so that every preflight gives a node the
/// same name, and they can stand in step ids.
/// </summary>
internal static class NodeName
{
    /// <summary>The name: <c>192-0-2-216</c>, <c>2001-db8--1</c>.</summary>
    /// <param name="address">The address of the node.</param>
    /// <param name="taken">Names that other nodes have.</param>
    public static string Of(string address, IReadOnlyCollection<string> taken)
    {
        var name = NodeAddress.Normalize(address).Replace('.', '-').Replace(':', '-');
        name = $"{(name.StartsWith('-') ? "0" : "")}{name}{(name.EndsWith('-') ? "0" : "")}";
        return taken.Contains(name, StringComparer.Ordinal) ? $"{name}-found" : name;
    }
}
