namespace Drydock.Clients.Snapshots;

/// <summary>System calls that .NET does not provide.</summary>
internal static partial class Posix
{
    internal const int Exists = 17;
    internal const int NoEntry = 2;
    internal const int Invalid = 22;
    internal const int NotImplemented = 38;

    private const int SetPipeSize = 1031;

    /// <summary>Requests a larger pipe buffer; the default is 64 KiB. False: the kernel refused; unprivileged users are
    /// limited by <c>/proc/sys/fs/pipe-max-size</c> and <c>pipe-user-pages-soft</c>.</summary>
    internal static bool TryWidenPipe(SafeHandle pipe, int bytes) => fcntl(pipe, SetPipeSize, bytes) >= 0;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(SafeHandle fd, int command, int argument);
}
