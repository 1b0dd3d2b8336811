using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Drydock.Clients.Snapshots;

/// <summary>A file (mode 0600) that lives in memory without a name and is gone when it is disposed or this process ends, however it ends.</summary>
internal sealed class MemoryFile : IDisposable
{
    private readonly SafeFileHandle _file;

    private MemoryFile(SafeFileHandle file, string path)
    {
        _file = file;
        Path = path;
    }

    /// <summary>Where a child finds it while it lives.</summary>
    internal string Path { get; }

    public void Dispose() => _file.Dispose();

    internal static MemoryFile Create(string label, string text)
    {
        var fd = Posix.MemoryFile(label);
        var file = new SafeFileHandle(fd, ownsHandle: true);
        try
        {
            Posix.OwnerOnly(fd);
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(text), 0);
            return new MemoryFile(file, string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{fd}"));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
