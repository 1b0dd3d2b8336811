namespace Drydock.Lab.Hosts;

/// <content>Faults of a host and their repair.</content>
public sealed partial class LabHost
{
    // A client with a shared connection sends its next command into the broken one until it notices the break. It has
    // noticed once it has closed its side; a client that is cut off never notices.
    private const string UntilClientsKnow =
        """
        end=$(($(date +%s) + 3))
        while ss -Htn state fin-wait-1 state fin-wait-2 state closing state last-ack 'sport = :22' | grep -q . && [ "$(date +%s)" -lt "$end" ]; do sleep 0.01; done
        """;

    /// <summary>Whether the host runs: false after <see cref="CrashAsync"/> until <see cref="BootAsync"/>.</summary>
    public bool IsUp => _init is not null && _process is { HasExited: false };

    /// <summary>Id of the parent of all host processes, in the machine's numbering.</summary>
    /// <exception cref="LabException">The host is down.</exception>
    public int ProcessId =>
        _process is { HasExited: false } process ? process.Id : throw new LabException($"Lab host {Name} is down.");

    /// <summary>Cuts the network: connections hang, no connection is refused, and the processes continue.</summary>
    public Task CutAsync() => Namespace.CutNetworkAsync();

    /// <summary>Repairs the network.</summary>
    public Task MendAsync() => Namespace.RestoreNetworkAsync();

    /// <summary>
    /// Ends every ssh connection at once; new ones are accepted. Commands that ran over them may continue.
    /// </summary>
    public async Task BreakConnectionsAsync() => (await RunAsync(
        """
        sessions="$(pgrep -x sshd | grep -vx "$(cat /run/sshd.pid)")"
        for p in $sessions; do kill -KILL "$p" 2>/dev/null || true; done
        for p in $sessions; do while [ -e "/proc/$p" ]; do sleep 0.01; done; done

        """ + UntilClientsKnow,
        asRoot: true)).OrThrow();

    /// <summary>
    /// Kills sshd with every connection: new ones are refused until <see cref="StartSshdAsync"/>. Commands that ran
    /// over them may continue.
    /// </summary>
    public async Task KillSshdAsync() =>
        (await RunAsync(
            "pkill -KILL -x sshd; while pgrep -x sshd >/dev/null; do sleep 0.01; done\n" + UntilClientsKnow,
            asRoot: true)).OrThrow();

    /// <summary>Starts sshd again and waits until it answers.</summary>
    public async Task StartSshdAsync()
    {
        (await RunAsync("/bin/sh /usr/local/lib/lab/sshd.sh", asRoot: true)).OrThrow();
        await Deadline.UntilAsync($"sshd of {Name}", AnswersAsync);
    }

    /// <summary>
    /// Changes the host key, as a reinstallation does, and ends open connections. <see cref="KnownHostsLine"/> then
    /// contains the new key.
    /// </summary>
    public async Task ChangeHostKeyAsync()
    {
        _firstHostKey ??= await File.ReadAllTextAsync(HostKeyPath);
        (await RunAsync(
            """
            cd /etc/ssh && rm -f another another.pub && ssh-keygen -q -t ed25519 -N '' -C another -f another
            mv -f another.pub ssh_host_ed25519_key.pub && mv -f another ssh_host_ed25519_key
            """,
            asRoot: true)).OrThrow();
        await TakeHostKeyAsync();
    }

    /// <summary>Restores the first host key.</summary>
    public async Task RestoreHostKeyAsync()
    {
        if (_firstHostKey is null)
        {
            return;
        }

        await WriteFileAsync(
            "/etc/ssh/ssh_host_ed25519_key", _firstHostKey, UnixFileMode.UserRead | UnixFileMode.UserWrite,
            asRoot: true);
        (await RunAsync(
            "ssh-keygen -y -f /etc/ssh/ssh_host_ed25519_key >/etc/ssh/ssh_host_ed25519_key.pub", asRoot: true))
            .OrThrow();
        await TakeHostKeyAsync();
    }

    /// <summary>
    /// Sets whether the login key is refused. Open connections are ended, so that the next command has to log in.
    /// </summary>
    public async Task RefuseKeyAsync(bool refuse)
    {
        var (from, to) =
            refuse ? ("authorized_keys", "authorized_keys.refused") : ("authorized_keys.refused", "authorized_keys");
        (await RunAsync($"cd .ssh && {{ [ ! -e {from} ] || mv -f {from} {to}; }}")).OrThrow();
        await BreakConnectionsAsync();
    }

    /// <summary>Sets whether sudo asks the account for a password, which it does not have.</summary>
    public Task RefuseSudoAsync(bool refuse)
    {
        WriteSudoers(refuse);
        return Task.CompletedTask;
    }

    /// <summary>Fills the free space of /data; needs <see cref="LabHostOptions.DataBytes"/>.</summary>
    public Task FillDataAsync(CancellationToken ct = default) => SmallDisk.FillAsync(Limited(), ct);

    /// <summary>Frees the space that <see cref="FillDataAsync"/> took.</summary>
    public void FreeData() => SmallDisk.Free(Limited());

    private string HostKeyPath => PathOf("/etc/ssh/ssh_host_ed25519_key");

    private string Limited() =>
        _options.DataBytes is null
            ? throw new InvalidOperationException($"/data of {Name} has no limit (LabHostOptions.DataBytes)")
            : Data;

    private async Task TakeHostKeyAsync()
    {
        await ReadHostKeyAsync(CancellationToken.None);
        await KillSshdAsync();
        await StartSshdAsync();
    }

    // "TYPE KEY COMMENT" becomes "ADDRESS TYPE KEY".
    private async Task ReadHostKeyAsync(CancellationToken ct)
    {
        var words = (await File.ReadAllTextAsync(HostKeyPath + ".pub", ct)).Split(' ', '\n');
        KnownHostsLine = $"{Address} {words[0]} {words[1]}";
    }

    private void WriteSudoers(bool refuse)
    {
        var path = PathOf("/etc/sudoers.d/" + User);
        File.WriteAllText(path + "~", $"{User} ALL=(ALL:ALL) {(refuse ? "" : "NOPASSWD: ")}ALL\n");
        File.SetUnixFileMode(path + "~", FileModes.Sudoers);
        File.Move(path + "~", path, overwrite: true);
    }
}
