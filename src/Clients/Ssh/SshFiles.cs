using System.Runtime.Versioning;
using Drydock.Clients.Remote;

namespace Drydock.Clients.Ssh;

/// <summary>The key and known hosts as files only we can read (directory 0700, files 0600), gone when the client is disposed.</summary>
internal sealed class SshFiles : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private SshFiles(string directory) => Directory = directory;

    public string Directory { get; }

    public string PrivateKey => Path.Combine(Directory, "key");

    public string KnownHosts => Path.Combine(Directory, "known_hosts");

    /// <summary>Where the connection that others share is found.</summary>
    public string Control => Path.Combine(Directory, "c");

    /// <exception cref="RemoteException">They cannot be kept privately.</exception>
    public static SshFiles Write(string host, SshMaterial material, string? parent)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new RemoteException(host, $"{host}: ssh needs a Unix system here, where a key file can be kept private", RemoteRefusal.LocalClient);
        }

        string? directory = null;
        try
        {
            directory = Path.Combine(parent ?? Path.GetTempPath(), $"drydock-ssh-{Guid.NewGuid():N}");
            System.IO.Directory.CreateDirectory(directory, Owner | UnixFileMode.UserExecute);
            var files = new SshFiles(directory);
            WriteFile(files.PrivateKey, material.PrivateKey.Span);
            WriteFile(files.KnownHosts, material.KnownHosts.Span);
            return files;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Remove(directory);
            throw new RemoteException(host, $"{host}: the ssh key cannot be kept in a private directory under {parent ?? Path.GetTempPath()}: {e.Message}", RemoteRefusal.LocalClient, innerException: e);
        }
    }

    public void Dispose() => Remove(Directory);

    private static void Remove(string? directory)
    {
        if (directory is not null && System.IO.Directory.Exists(directory))
        {
            System.IO.Directory.Delete(directory, recursive: true);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static void WriteFile(string path, ReadOnlySpan<byte> content)
    {
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Owner });
        file.Write(content);

        // OpenSSH calls a key without its last line's end invalid; Secrets often lose it.
        if (content.Length > 0 && content[^1] != (byte)'\n')
        {
            file.WriteByte((byte)'\n');
        }
    }
}
