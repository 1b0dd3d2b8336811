namespace Drydock.Lab.Hosts;

/// <content>Access to the inside of the host without network and sshd.</content>
public sealed partial class LabHost
{
    private const string SystemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private const string LastLine = "# complete";

    // No program of the lab ends with it.
    private const string BrokenOff = "175";
    private const int BrokenOffCode = 175;

    /// <summary>
    /// Runs a shell script inside without ssh. The script is not on a command line, so that searches for processes do
    /// not find it. Processes that it leaves running must not hold its output, as over ssh: <c>nohup … &gt;file
    /// 2&gt;&amp;1 &amp;</c>.
    /// </summary>
    /// <param name="script">A script for sh, run in the home folder.</param>
    /// <param name="asRoot">Whether it runs as root instead of the account.</param>
    /// <param name="ct">Kills the script.</param>
    /// <exception cref="LabException">The host is down.</exception>
    public Task<LabHostResult> RunAsync(string script, bool asRoot = false, CancellationToken ct = default) =>
        // An incomplete script must not run: half of it would pass for all of it.
        InputAsync(
            [
                "/bin/sh", "-c",
                $"script=$(cat); case $script in *'{LastLine}') ;; *) exit {BrokenOff} ;; esac; eval \"$script\""
            ],
            $"{script}\n{LastLine}",
            asRoot,
            ct);

    /// <summary>Writes a text file inside by a rename; missing folders are created.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="asRoot">Whether root writes and owns it instead of the account.</param>
    public async Task WriteFileAsync(
        string path,
        string content,
        UnixFileMode mode = FileModes.Readable,
        bool asRoot = false,
        CancellationToken ct = default)
    {
        const string Write =
            "mkdir -p \"${1%/*}\" && cat >\"$1.lab-new\" && chmod \"$2\" \"$1.lab-new\" || exit 1; " +
            $"[ \"$(stat -c %s \"$1.lab-new\")\" = \"$3\" ] || exit {BrokenOff}; mv -f \"$1.lab-new\" \"$1\"";
        var size = Encoding.UTF8.GetByteCount(content).ToString(CultureInfo.InvariantCulture);
        var result = await InputAsync(
            ["/bin/sh", "-c", Write, "sh", path, Convert.ToString((int)mode, 8), size], content, asRoot, ct);
        result.OrThrow();
    }

    /// <summary>Writes a unit file and reloads systemctl. The unit is neither started nor enabled.</summary>
    /// <param name="unit">Name with <c>.service</c>.</param>
    public async Task InstallUnitAsync(string unit, string content, CancellationToken ct = default)
    {
        await WriteFileAsync("/etc/systemd/system/" + unit, content, asRoot: true, ct: ct);
        (await RunAsync("systemctl daemon-reload", asRoot: true, ct)).OrThrow();
    }

    // The input of a program can break off without an error. Then nothing was done yet.
    private async Task<LabHostResult> InputAsync(
        IReadOnlyList<string> command, string input, bool asRoot, CancellationToken ct)
    {
        LabHostResult result;
        var tries = 0;
        do
        {
            result = await ExecuteAsync(command, input, asRoot, ct);
        }
        while (result.ExitCode == BrokenOffCode && ++tries < 3);
        return result;
    }

    private async Task<LabHostResult> ExecuteAsync(
        IEnumerable<string> command, string input, bool asRoot, CancellationToken ct)
    {
        if (_init is not { } init || _process is not { HasExited: false })
        {
            throw new LabException(
                $"Lab host {Name} is down{(_process is null ? "" : "; its last words: " + _process.LogTail())}");
        }

        var id = UserId.ToString(CultureInfo.InvariantCulture);
        var (user, home) = asRoot ? ("root", "/root") : (User, "/home/" + User);
        string[] drop = asRoot ? [] : ["/usr/bin/setpriv", "--reuid", id, "--regid", id, "--init-groups", "--"];
        var result = await Shell.TryRunAsync(
            "nsenter",
            [
                "--target", init.ToString(CultureInfo.InvariantCulture), "--mount", "--uts", "--ipc", "--net", "--pid",
                "--", .. drop,
                "/usr/bin/env", "-i", "-C", home, $"HOME={home}", $"USER={user}", $"LOGNAME={user}", "SHELL=/bin/bash",
                "LANG=C.UTF-8", "PATH=" + SystemPath, .. command,
            ],
            input,
            _run.Mark,
            cancellationToken: ct);
        return new LabHostResult(result.ExitCode, result.Output, result.Error);
    }
}
