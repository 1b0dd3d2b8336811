using System.Net.Sockets;

namespace Drydock.Lab.Upgrades;

/// <summary>
/// Ports on loopback for a server that is started later. They are below the range from which the kernel takes the ports
/// of connections, so that no connection takes one between the question and the start.
/// </summary>
public static class FreePort
{
    private const string ConnectionPorts = "/proc/sys/net/ipv4/ip_local_port_range";
    private const int First = 12000;
    private const int Fewest = 1000;

    private static readonly int _end = ReadFirstConnectionPort();

    // Each run begins elsewhere: another checkout may run at the same time.
    private static int _last = Random.Shared.Next(First, Math.Max(_end, First + 1));

    /// <summary>Takes a port. The same process is not given it again soon.</summary>
    public static int Take()
    {
        if (_end - First < Fewest)
        {
            return TryBind(0) ?? throw new LabException("There is no free port on loopback.");
        }

        for (var tries = First; tries < _end; tries++)
        {
            var candidate = First + (int)((uint)Interlocked.Increment(ref _last) % (uint)(_end - First));
            if (TryBind(candidate) is { } free)
            {
                return free;
            }
        }

        throw new LabException($"There is no free port on loopback between {First} and {_end}.");
    }

    private static int? TryBind(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
        catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return null;
        }
    }

    private static int ReadFirstConnectionPort() =>
        int.Parse(
            File.ReadAllText(ConnectionPorts).Split('\t', ' ')[0], System.Globalization.CultureInfo.InvariantCulture);
}
