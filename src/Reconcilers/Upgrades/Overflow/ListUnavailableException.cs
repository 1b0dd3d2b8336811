using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// A list cannot be stored, or is not there as it was stored; another attempt does not help without an administrator.
/// The message is a whole sentence.
/// </summary>
internal sealed class ListUnavailableException(string message, Exception? innerException = null)
    : TargetException(Reasons.AccessDenied, message, innerException)
{
    public override bool IsRetryable => false;
}
