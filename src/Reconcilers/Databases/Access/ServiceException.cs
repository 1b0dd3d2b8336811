using System.Net.Sockets;

namespace Drydock.Reconcilers.Databases;

/// <summary>
/// A process gave no answer over HTTP, or none that can be taken. The message names address, what was asked, and the
/// way out, and no secret.
/// </summary>
internal sealed class ServiceException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="reason">Stable word, one of <see cref="Crds.Common.Reasons"/>.</param>
    /// <param name="message">For people.</param>
    /// <param name="isNotTaken">Whether the request certainly did not arrive.</param>
    /// <param name="innerException">The cause.</param>
    public ServiceException(string reason, string message, bool isNotTaken = false, Exception? innerException = null)
        : base(message, innerException) => (Reason, IsNotTaken) = (reason, isNotTaken);

    /// <summary>Stable word.</summary>
    public string Reason { get; }

    /// <summary>
    /// Path of the field of the spec that has the address; null if the failure is not one of the spec.
    /// </summary>
    public string? Field { get; init; }

    /// <summary>Whether the request certainly did not arrive: no connection was made.</summary>
    public bool IsNotTaken { get; }

    /// <summary>Whether the host said itself that nothing listens there; a host that is silent says nothing.</summary>
    public bool IsRefused => GetBaseException() is SocketException { SocketErrorCode: SocketError.ConnectionRefused };

    /// <summary>Whether the request may have been carried out.</summary>
    public bool MayHaveRun => !IsNotTaken;
}
