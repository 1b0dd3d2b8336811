using Microsoft.Win32.SafeHandles;

namespace Drydock.Clients.Safety;

/// <summary>A file (mode 0600) for a program or library that reads a secret by its path, or writes what must not lie on
/// a disk. It exists in memory without a name and disappears when it is disposed or this process ends in any
/// way.</summary>
public sealed partial class MemoryFile : IDisposable
{
    private const uint CloseOnExec = 1;
    private const uint OwnerOnly = 0x180;

    private readonly SafeFileHandle _file;

    private MemoryFile(SafeFileHandle file, string path)
    {
        _file = file;
        Path = path;
    }

    public string Path { get; }

    public long Length => RandomAccess.GetLength(_file);

    /// <param name="label">A name shown in the process's list of descriptors.</param>
    /// <exception cref="IOException">The kernel has no memory for it.</exception>
    public static MemoryFile Create(string label, ReadOnlySpan<byte> content)
    {
        var descriptor = memfd_create(label, CloseOnExec);
        if (descriptor < 0)
        {
            throw new IOException($"memfd_create: {Sentences.Close(Marshal.GetLastPInvokeErrorMessage())}");
        }

        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            if (fchmod(descriptor, OwnerOnly) != 0)
            {
                throw new IOException($"fchmod: {Sentences.Close(Marshal.GetLastPInvokeErrorMessage())}");
            }

            RandomAccess.Write(file, content, 0);
            return new MemoryFile(file, $"/proc/{Environment.ProcessId}/fd/{descriptor}");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public string Read(long offset, int maxBytes)
    {
        var content = new byte[maxBytes];
        var length = 0;
        int read;
        while (length < maxBytes && (read = RandomAccess.Read(_file, content.AsSpan(length), offset + length)) > 0)
        {
            length += read;
        }

        return Encoding.UTF8.GetString(content, 0, length);
    }

    public void Clear() => RandomAccess.SetLength(_file, 0);

    public void Dispose() => _file.Dispose();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int memfd_create(string name, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchmod(int fd, uint mode);
}
