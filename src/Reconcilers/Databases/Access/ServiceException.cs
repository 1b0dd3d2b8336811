using System.Net.Sockets;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>A process gave no answer over HTTP, or an answer that must not be accepted.</summary>
/// <param name="reason">A stable word, one of <see cref="Crds.Common.Reasons"/>.</param>
/// <param name="message">The address, the request, and what to do; never a secret.</param>
/// <param name="isNotTaken">Whether the request certainly did not arrive: no connection was made.</param>
/// <param name="innerException">The cause.</param>
internal sealed class ServiceException(
    string reason, string message, bool isNotTaken = false, Exception? innerException = null)
    : TargetException(reason, message, innerException)
{
    public override bool IsRequestNotTaken => isNotTaken;

    public override bool IsAnswerLost => !isNotTaken;

    /// <summary>
    /// Whether the host itself reported that nothing listens on the port. A host that does not answer is not counted.
    /// </summary>
    public bool IsRefused => GetBaseException() is SocketException { SocketErrorCode: SocketError.ConnectionRefused };
}
