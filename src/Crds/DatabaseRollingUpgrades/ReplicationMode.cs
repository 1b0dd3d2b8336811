namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>How replication between clusters is carried through an upgrade.</summary>
public enum ReplicationMode
{
    /// <summary>Paused at both clusters before, resumed once every process of both has the target version.</summary>
    PauseBothSides,

    /// <summary>Not paused: the target is upgraded and finalized before the source.</summary>
    TargetFirst,
}
