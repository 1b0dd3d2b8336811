using System.Net;
using System.Net.Sockets;

namespace Drydock.Lab.Upgrades;

/// <summary>Ports on loopback that nobody listens on.</summary>
public static class FreePort
{
    /// <summary>Takes one from the kernel; it is free until somebody else asks for it by number.</summary>
    public static int Take()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
