using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>A container that is a host.</summary>
public sealed record ContainerHost
{
    /// <summary>The host, as instances name it: its address for the database's own ports.</summary>
    [Required]
    [Length(SchemaLimits.StepName, Minimum = 1)]
    [Pattern(Patterns.Host)]
    public string Host { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// Where dockerd listens: tcp://HOST:PORT, ssh://USER@HOST:PORT (docker system dial-stdio there), or unix:///PATH
    /// of a socket of the operator's own machine (only if the operator runs with --allow-unix-endpoints).
    /// </summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern(Patterns.DockerEndpoint)]
    public string Endpoint { get; init => field = value ?? ""; } = "";

    /// <summary>Name or id of the container.</summary>
    [Required]
    [Length(128, Minimum = 2)]
    [Pattern(Patterns.ContainerName)]
    public string Container { get; init => field = value ?? ""; } = "";
}
