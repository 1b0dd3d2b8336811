using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>How the operator gets onto the hosts: exactly one way for all of them.</summary>
[ValidationRule("has(self.ssh) != has(self.docker)", RuleMessages.OneAccess)]
public sealed record HostAccess
{
    /// <summary>By OpenSSH with a key; hosts that known_hosts does not list are refused.</summary>
    public SshAccess? Ssh { get; init; }

    /// <summary>By exec in long-living containers: each is the host.</summary>
    public ContainerAccess? Docker { get; init; }
}
