using Drydock.Clients.Remote;
using Drydock.Clients.Safety;

namespace Drydock.Clients.Ssh;

/// <summary>
/// What the ssh program reads by its path: the key and the known hosts, which live in memory, and for a connection that
/// several commands share a private directory with its socket. All of it is gone when this is disposed of; of a process
/// that was killed only the directory is left, without a secret.
/// </summary>
internal sealed class SshFiles : IDisposable
{
    private readonly MemoryFile _key;
    private readonly MemoryFile _knownHosts;
    private readonly SshRuntimeDirectory? _directory;

    private SshFiles(MemoryFile key, MemoryFile knownHosts, SshRuntimeDirectory? directory) =>
        (_key, _knownHosts, _directory) = (key, knownHosts, directory);

    public string PrivateKey => _key.Path;

    public string KnownHosts => _knownHosts.Path;

    /// <summary>
    /// Where the connection that others share is found; null if each command has a connection of its own.
    /// </summary>
    public string? Control => _directory is null ? null : Path.Combine(_directory.Path, "c");

    /// <summary>For programs that have a connection of their own.</summary>
    /// <exception cref="RemoteException">They cannot be kept.</exception>
    public static SshFiles Write(string host, SshMaterial material) => Write(host, material, static () => null);

    /// <summary>For programs that share a connection.</summary>
    /// <param name="host">Where to, for messages.</param>
    /// <param name="material">Key and known hosts.</param>
    /// <param name="parent">Where the private directory is made; null for the system's temporary directory.</param>
    /// <exception cref="RemoteException">They cannot be kept.</exception>
    public static SshFiles WriteShared(string host, SshMaterial material, string? parent) =>
        Write(host, material, () => SshRuntimeDirectory.Create(parent));

    /// <summary>The text without the places where key and known hosts lie.</summary>
    public string Hide(string text)
    {
        text = text.Replace(PrivateKey, "(private key)", StringComparison.Ordinal).Replace(KnownHosts, "(known hosts)", StringComparison.Ordinal);
        return _directory is null ? text : text.Replace(_directory.Path, "(private directory)", StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _key.Dispose();
        _knownHosts.Dispose();
        _directory?.Dispose();
    }

    private static SshFiles Write(string host, SshMaterial material, Func<SshRuntimeDirectory?> directory)
    {
        MemoryFile? key = null;
        MemoryFile? knownHosts = null;
        try
        {
            key = MemoryFile.Create("drydock-ssh-key", WithLineEnd(material.PrivateKey.Span));
            knownHosts = MemoryFile.Create("drydock-known-hosts", WithLineEnd(material.KnownHosts.Span));
            return new SshFiles(key, knownHosts, directory());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            key?.Dispose();
            knownHosts?.Dispose();
            throw new RemoteException(host, $"{host}: what the ssh program needs cannot be kept here: {e.Message}", RemoteRefusal.LocalClient, innerException: e);
        }
    }

    // OpenSSH calls a key without its last line's end invalid; Secrets often lose it.
    private static ReadOnlySpan<byte> WithLineEnd(ReadOnlySpan<byte> content) =>
        content.Length > 0 && content[^1] != (byte)'\n' ? (byte[])[.. content, (byte)'\n'] : content;
}
