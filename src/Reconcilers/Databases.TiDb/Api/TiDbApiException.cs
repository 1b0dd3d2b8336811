using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>A process of the cluster refused a request, or its answer is not the documented one.</summary>
/// <param name="reason">A stable word, one of <see cref="Crds.Common.Reasons"/>.</param>
/// <param name="message">Host, port, request and the words of the answer.</param>
/// <param name="status">The HTTP status of the answer; 0 if there was none.</param>
/// <param name="innerException">The cause.</param>
internal sealed class TiDbApiException(
    string reason, string message, int status = 0, Exception? innerException = null)
    : TargetException(reason, message, innerException)
{
    /// <summary>The HTTP status of the answer; 0 if there was none.</summary>
    public int Status => status;
}
