using System.Runtime.InteropServices;

namespace Drydock.Operator;

/// <summary>Ends the process when no other way is safe: some of its work ignores cancellation, and another operator may
/// take the lease at any moment. Exit handlers are not run, because a thread inside a native library can hang
/// them.</summary>
internal static partial class LastResort
{
    /// <summary>The exit code: work of a lost term did not end in time.</summary>
    public const int ExitCode = 3;

    // The log may hang too, for instance on a full pipe.
    private static readonly TimeSpan LogLimit = TimeSpan.FromMilliseconds(500);

    /// <summary>Logs the reason, if that is possible at once, and ends the process. Must not be called on a thread of
    /// the pool.</summary>
    public static void End(ILogger logger, string why)
    {
        var log = new Thread(() => Ends(logger, why, ExitCode)) { IsBackground = true, Name = "last-words" };
        log.Start();
        log.Join(LogLimit);
        ExitNow(ExitCode);
    }

    [DllImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
#pragma warning disable SYSLIB1054 // Source generation needs unsafe code in this project; an int needs no marshalling.
    private static extern void ExitNow(int code);
#pragma warning restore SYSLIB1054

    [LoggerMessage(Level = LogLevel.Critical, Message = "Ending the process with exit code {Code}: {Why}")]
    private static partial void Ends(ILogger logger, string why, int code);
}
