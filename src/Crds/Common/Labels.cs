namespace Drydock.Crds.Common;

/// <summary>Labels and finalizers that Drydock sets.</summary>
public static class Labels
{
    /// <summary>On what an upgrade made: the uid of the upgrade.</summary>
    public const string UpgradeUid = "drydock.dev/upgrade-uid";

    /// <summary>On what an upgrade made: the name of the upgrade, to search by. A name of more than 63 characters is
    /// cut and ends in a hash; the whole name is in the annotation <see cref="Annotations.Upgrade"/>.</summary>
    public const string UpgradeName = "drydock.dev/upgrade";

    /// <summary>On what a step of an upgrade made: the random id of its plan.</summary>
    public const string PlanId = "drydock.dev/plan-id";

    /// <summary>On what a step of an upgrade made: the number of its plan at that time.</summary>
    public const string PlanNumber = "drydock.dev/plan-number";

    /// <summary>On a container that an upgrade made: from which arguments of the plan it was created.</summary>
    public const string ContainerOptions = "drydock.dev/container-options";

    /// <summary>On what an upgrade made: the kind of the upgrade.</summary>
    public const string UpgradeKind = "drydock.dev/upgrade-kind";

    /// <summary>On what an upgrade made: the program that looks after it.</summary>
    public const string ManagedBy = "app.kubernetes.io/managed-by";

    /// <summary>The value of <see cref="ManagedBy"/>.</summary>
    public const string Drydock = "drydock";

    /// <summary>Holds an upgrade object until its plan has ended or was undone.</summary>
    public const string UpgradeFinalizer = "drydock.dev/upgrade";

    /// <summary>Holds a snapshot object until its files are dealt with as <c>spec.deletionPolicy</c> says.</summary>
    public const string SnapshotFinalizer = "drydock.dev/snapshot";

    /// <summary>Holds a restore object until the database that is being restored is whole again.</summary>
    public const string RestoreFinalizer = "drydock.dev/restore";
}
