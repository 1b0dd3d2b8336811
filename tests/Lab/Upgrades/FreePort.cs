using System.Net;
using System.Net.Sockets;

namespace Drydock.Lab.Upgrades;

/// <summary>Ports on loopback on which no process listens.</summary>
public static class FreePort
{
    /// <summary>Takes a port from the kernel. It stays free until another process asks for its number.</summary>
    public static int Take()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
