using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;

namespace Drydock.Clients.MySql.Native;

/// <summary>
/// The other end of a socket, as the kernel has it: what a name resolved to when the connection was made, whatever it
/// resolves to later.
/// </summary>
internal static partial class SocketPeer
{
    private const ushort InterNetwork = 2;
    private const ushort InterNetworkV6 = 10;

    /// <summary>The address; null for a descriptor that is no connected TCP socket.</summary>
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
            InterNetworkV6 when new IPAddress(address.Slice(8, 16)) is var v6 => new IPEndPoint(v6.IsIPv4MappedToIPv6 ? v6.MapToIPv4() : v6, port),
            _ => null,
        };
    }

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int getpeername(int descriptor, byte* address, uint* length);
}
