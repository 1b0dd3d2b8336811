namespace Drydock.Clients.Kubernetes.Configuration;

/// <summary>The <c>exec</c> part of a kubeconfig user: a program that prints credentials.</summary>
internal sealed record ExecCredentialPlugin
{
    public required string ApiVersion { get; init; }

    public required string Command { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public string? InstallHint { get; init; }

    /// <summary>The cluster as the plugin may want to see it; null unless <c>provideClusterInfo</c>.</summary>
    public ExecCluster? Cluster { get; init; }
}
