using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// The state of the cluster does not allow the request: it has no leader, two leaders, or a server that is not listed.
/// </summary>
internal sealed class ClusterUnhealthyException(string reason, string message) : TargetException(reason, message)
{
    public override bool IsRequestNotTaken => true;
}
