using System.Globalization;

namespace Drydock.Lab.Hosts;

/// <content>Looking at it and working on it from within, past network and sshd.</content>
public sealed partial class LabHost
{
    private const string SystemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>
    /// Runs a shell script inside, without ssh. It is on no command line, so that what looks for processes does not
    /// find it. What it leaves running must not hold its output, as over ssh: <c>nohup … &gt;file 2&gt;&amp;1
    /// &amp;</c>.
    /// </summary>
    /// <param name="script">For sh, in the home folder.</param>
    /// <param name="asRoot">As root, else as the account.</param>
    /// <param name="ct">Kills it.</param>
    /// <exception cref="LabException">The host is down.</exception>
    public Task<LabHostResult> RunAsync(string script, bool asRoot = false, CancellationToken ct = default) =>
        ExecuteAsync(["/bin/sh", "-c", "eval \"$(cat)\""], script, asRoot, ct);

    /// <summary>Writes a text file inside, by rename; missing folders are made.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="content">The text.</param>
    /// <param name="mode">Its permissions.</param>
    /// <param name="asRoot">Written by root, else by the account, whose it then is.</param>
    /// <param name="ct">Cancels.</param>
    public async Task WriteFileAsync(
        string path,
        string content,
        UnixFileMode mode = FileModes.Readable,
        bool asRoot = false,
        CancellationToken ct = default)
    {
        const string Write = "mkdir -p \"${1%/*}\" && cat >\"$1.lab-new\" && chmod \"$2\" \"$1.lab-new\" && mv -f \"$1.lab-new\" \"$1\"";
        (await ExecuteAsync(["/bin/sh", "-c", Write, "sh", path, Convert.ToString((int)mode, 8)], content, asRoot, ct)).OrThrow();
    }

    /// <summary>Writes a unit file and has systemctl read it. It is neither started nor enabled.</summary>
    /// <param name="unit">Its name, with <c>.service</c>.</param>
    /// <param name="content">The unit file.</param>
    /// <param name="ct">Cancels.</param>
    public async Task InstallUnitAsync(string unit, string content, CancellationToken ct = default)
    {
        await WriteFileAsync("/etc/systemd/system/" + unit, content, asRoot: true, ct: ct);
        (await RunAsync("systemctl daemon-reload", asRoot: true, ct)).OrThrow();
    }

    private async Task<LabHostResult> ExecuteAsync(
        IEnumerable<string> command, string input, bool asRoot, CancellationToken ct)
    {
        if (_init is not { } init || _process is not { HasExited: false })
        {
            throw new LabException($"Lab host {Name} is down{(_process is null ? "" : "; its last words: " + _process.LogTail())}");
        }

        var id = UserId.ToString(CultureInfo.InvariantCulture);
        var (user, home) = asRoot ? ("root", "/root") : (User, "/home/" + User);
        string[] drop = asRoot ? [] : ["/usr/bin/setpriv", "--reuid", id, "--regid", id, "--init-groups", "--"];
        var result = await Shell.TryRunAsync(
            "nsenter",
            [
                "--target", init.ToString(CultureInfo.InvariantCulture), "--mount", "--uts", "--ipc", "--net", "--pid", "--", .. drop,
                "/usr/bin/env", "-i", "-C", home, $"HOME={home}", $"USER={user}", $"LOGNAME={user}", "SHELL=/bin/bash", "LANG=C.UTF-8", "PATH=" + SystemPath, .. command,
            ],
            input,
            _run.Mark,
            cancellationToken: ct);
        return new LabHostResult(result.ExitCode, result.Output, result.Error);
    }
}
