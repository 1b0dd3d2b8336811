using Drydock.Crds.Common;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>TiDB could not be reached over SQL, or refused the statement.</summary>
/// <param name="reason">A stable word, one of <see cref="Reasons"/>.</param>
/// <param name="message">Server, account and what to do; never a secret.</param>
/// <param name="innerException">The cause.</param>
internal sealed class DatabaseSqlException(string reason, string message, Exception? innerException = null)
    : TargetException(reason, message, innerException)
{
    public override bool IsRequestNotTaken => Reason == Reasons.ServerUnreachable;
}
