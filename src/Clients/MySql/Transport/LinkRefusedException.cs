namespace Drydock.Clients.MySql.Transport;

/// <summary>
/// This side ended the connection. The number is the one that MariaDB's client library gives the error.
/// </summary>
internal sealed class LinkRefusedException(string message, int number, Exception? innerException = null)
    : Exception(message, innerException)
{
    internal int Number { get; } = number;
}
