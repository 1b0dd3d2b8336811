using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;

namespace Drydock.Clients.MySql.Native;

/// <summary>
/// The peer of a socket as reported by the kernel: the address the name had when the connection was made.
/// </summary>
internal static partial class SocketPeer
{
    private const ushort InterNetwork = 2;
    private const ushort InterNetworkV6 = 10;

    /// <summary>The address; null if the descriptor is not a connected TCP socket.</summary>
    internal static unsafe IPEndPoint? Of(int descriptor)
    {
        Span<byte> address = stackalloc byte[128];
        var length = (uint)address.Length;
        fixed (byte* p = address)
        {
            if (descriptor < 0 || getpeername(descriptor, p, &length) != 0)
            {
                return null;
            }
        }

        var port = BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
        return BitConverter.ToUInt16(address) switch
        {
            InterNetwork => new IPEndPoint(new IPAddress(address.Slice(4, 4)), port),
            InterNetworkV6 when new IPAddress(address.Slice(8, 16)) is var v6 =>
                new IPEndPoint(v6.IsIPv4MappedToIPv6 ? v6.MapToIPv4() : v6, port),
            _ => null,
        };
    }

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int getpeername(int descriptor, byte* address, uint* length);
}
