using Drydock.Crds;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.Oms;

/// <summary>What makes OmsUpgrade a kind of run.</summary>
internal static class OmsUpgradeKind
{
    /// <summary>Composes it.</summary>
    public static RunKind<OmsUpgrade, OmsUpgradeSpec, OmsUpgradeStatus> Of(OmsServices services) => new()
    {
        Name = OmsUpgrade.KindName,
        Json = CrdsJsonContext.Default.OmsUpgrade,
        Words = new RunWords
        {
            LooksAt = "hosts, metadata database and image",
            PastUndo = "the old containers were stopped",
            BeforeUndoEnds = "an old container was stopped",
        },
        Access = new OmsAccess(services),
        Work = new OmsWork(),
        Report = new OmsReport(),
        Rollback = new OmsRollback(),
        Cleanup = new OmsCleanup(),
        Redo = new OmsRedo(),
    };
}
