using System.Net;

namespace Drydock.Clients.Safety;

/// <summary>
/// The operator does not connect to an address that a manifest names (see <see cref="EndpointPolicy"/>). Nothing was
/// sent there.
/// </summary>
public sealed class EndpointRefusedException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">What is refused, why, and which flag permits it.</param>
    /// <param name="address">The refused address; null where the kind of endpoint is refused.</param>
    public EndpointRefusedException(string message, IPAddress? address = null)
        : base(message) => Address = address;

    /// <summary>The refused address; null where the kind of endpoint is refused.</summary>
    public IPAddress? Address { get; }

    /// <summary>
    /// The refusal that an exception carries, if it does: HTTP handlers wrap what their connections throw.
    /// </summary>
    public static EndpointRefusedException? In(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is EndpointRefusedException refused)
            {
                return refused;
            }
        }

        return null;
    }
}
