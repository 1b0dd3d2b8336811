namespace Drydock.Lab;

/// <summary>Settings of a control plane.</summary>
public sealed record ControlPlaneOptions
{
    /// <summary>Whether to run the garbage collector and the controllers of namespaces and aggregated roles.</summary>
    public bool Controllers { get; init; } = true;

    /// <summary>Name of the network namespace; a second control plane in the same run needs another.</summary>
    public string Name { get; init; } = "kube";

    /// <summary>
    /// The namespace whose service accounts' requests are audited (<see cref="ControlPlane.AuditedRequests"/>).
    /// </summary>
    public string AuditedNamespace { get; init; } = "drydock-system";

    /// <summary>More flags for kube-apiserver.</summary>
    public IReadOnlyList<string> ApiServerArguments { get; init; } = [];
}
