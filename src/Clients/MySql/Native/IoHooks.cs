using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Drydock.Clients.MySql.Native;

/// <summary>
/// Callbacks of the library, always on the thread that called the library: before each wait for a socket and after each
/// read. So the socket is known before the login ends, every wait can be interrupted, and every byte is counted.
/// </summary>
internal static unsafe class IoHooks
{
    private const int LongestStrayWait = 1000;

    [ThreadStatic]
    private static SocketGuard? _current;

    /// <summary>For the option <see cref="NativeOption.IoWait"/>.</summary>
    internal static delegate* unmanaged[Cdecl]<int, byte, int, int> Callback => &OnWait;

    /// <summary>Once per process, before the first connection: the library's list has no lock.</summary>
    internal static int Register() => NativeMethods.ma_pvio_register_callback(1, &OnTransfer);

    /// <summary>The calls of this thread belong to this connection until the scope is disposed.</summary>
    internal static Scope Enter(SocketGuard guard)
    {
        var scope = new Scope(_current);
        _current = guard;
        return scope;
    }

    // Each body is a separate method, never inlined: getting and setting errno polls for a garbage collection. In a
    // method that native code calls the JIT puts that poll after the return to native mode; a poll that then waits
    // leaves the thread in managed mode, and the library's next call back ends the process ("attempted to call a
    // UnmanagedCallersOnly method from managed code"). Seen with .NET 10.0.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnWait(int socket, byte isRead, int timeout) => Wait(socket, isRead != 0);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnTransfer(int isWrite, nint mysql, byte* buffer, nuint length) =>
        Transfer(isWrite != 0, mysql, buffer, length);

    // The library's own limit is ignored: with TLS it passes seconds where it means milliseconds.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Wait(int socket, bool isRead)
    {
        var (result, error) = _current?.Wait(socket, isRead)
            ?? (NativeMethods.WaitFor(socket, isRead, LongestStrayWait), 0);
        Marshal.SetLastSystemError(error);
        return result;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Transfer(bool isWrite, nint mysql, byte* buffer, nuint length)
    {
        var error = Marshal.GetLastSystemError();
        if (!isWrite && (nint)length > 0)
        {
            _current?.Read(NativeMethods.mysql_get_socket(mysql), new Span<byte>(buffer, (int)length));
        }

        Marshal.SetLastSystemError(error);
    }

    internal readonly ref struct Scope(SocketGuard? before)
    {
        private readonly SocketGuard? _before = before;

        public void Dispose() => _current = _before;
    }
}
