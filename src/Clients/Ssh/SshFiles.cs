namespace Drydock.Clients.Ssh;

/// <summary>The files of the ssh program: the key and the known hosts, which are kept in memory, those of the jump
/// host, and, for a shared connection, a private directory with its socket. Disposing removes all of them; a killed
/// process leaves only the directory, without a secret.</summary>
internal sealed class SshFiles : IDisposable
{
    private const int MaxReports = 64 * 1024;

    private readonly SshIdentity _key;
    private readonly MemoryFile _knownHosts;
    private readonly MemoryFile? _log;
    private readonly LockedDirectory? _directory;

    private SshFiles(
        SshIdentity key, MemoryFile knownHosts, MemoryFile? log, SshFiles? jump, LockedDirectory? directory) =>
        (_key, _knownHosts, _log, Jump, _directory) = (key, knownHosts, log, jump, directory);

    public string PrivateKey => _key.Path;

    public string KnownHosts => _knownHosts.Path;

    public SshFiles? Jump { get; }

    public string? Log => _log?.Path;

    public string? Control => _directory is null ? null : Path.Combine(_directory.Path, "c");

    /// <param name="parent">The parent of the private directory of a shared connection; null for programs with their
    /// own connection.</param>
    /// <exception cref="RemoteException">The files cannot be created.</exception>
    public static SshFiles Write(
        string host, SshMaterial material, SshJump? jump = null, string? parent = null, bool isJump = false)
    {
        SshIdentity? key = null;
        MemoryFile? knownHosts = null;
        MemoryFile? log = null;
        SshFiles? toJump = null;
        try
        {
            key = new SshIdentity(host, material);
            knownHosts = MemoryFile.Create("drydock-known-hosts", SshIdentity.WithLineEnd(material.KnownHosts.Span));
            log = isJump ? MemoryFile.Create("drydock-ssh-log", []) : null;
            toJump = jump is null ? null : Write($"jump host {jump}", jump.Material, isJump: true);
            var directory = parent is null ? null : LockedDirectory.Create(parent, SshClient.DirectoryPrefix);
            return new SshFiles(key, knownHosts, log, toJump, directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            key?.Dispose();
            knownHosts?.Dispose();
            log?.Dispose();
            toJump?.Dispose();
            throw new RemoteException(
                $"{host}: the files of the ssh program cannot be created in the operator: {Sentences.Close(e.Message)}",
                RemoteRefusal.LocalClient,
                innerException: e);
        }
    }

    /// <summary>Makes the keys usable; an encrypted one is decrypted at the first call.</summary>
    /// <exception cref="RemoteException">A passphrase is wrong, or a key cannot be read.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await _key.OpenAsync(cancellationToken);
        if (Jump is not null)
        {
            await Jump.OpenAsync(cancellationToken);
        }
    }

    public long MarkReports()
    {
        if (Jump?._log is not { } log)
        {
            return 0;
        }

        // Every failed connection adds a few lines.
        if (log.Length > MaxReports)
        {
            log.Clear();
        }

        return log.Length;
    }

    public string ReportsAfter(long mark) => Jump?._log?.Read(mark, MaxReports) ?? "";

    public string Hide(string text)
    {
        text = text.Replace(PrivateKey, "(private key)", StringComparison.Ordinal).Replace(
            KnownHosts, "(known hosts)", StringComparison.Ordinal);
        text = Jump is null ? text : Jump.Hide(text);
        return _directory is null
            ? text
            : text.Replace(_directory.Path, "(private directory)", StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _key.Dispose();
        _knownHosts.Dispose();
        _log?.Dispose();
        _directory?.Dispose();
        Jump?.Dispose();
    }
}
