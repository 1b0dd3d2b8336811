using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Drydock.Lab;

/// <summary>The signals the lab sends (numbers of Linux on every architecture .NET runs on).</summary>
public enum LabSignal
{
    /// <summary>SIGHUP.</summary>
    Hangup = 1,

    /// <summary>SIGINT.</summary>
    Interrupt = 2,

    /// <summary>SIGQUIT.</summary>
    Quit = 3,

    /// <summary>SIGKILL.</summary>
    Kill = 9,

    /// <summary>SIGTERM.</summary>
    Terminate = 15,

    /// <summary>SIGCONT.</summary>
    Continue = 18,

    /// <summary>SIGSTOP.</summary>
    Stop = 19,
}

internal static class Signals
{
    private const int NoSuchProcess = 3;

    /// <summary>Sends a signal; false when the process is gone.</summary>
    public static bool Send(int processId, LabSignal signal)
    {
        if (processId <= 1)
        {
            throw new ArgumentOutOfRangeException(nameof(processId), processId, "The lab signals only processes that it started, each by its own id.");
        }

        if (Kill(processId, (int)signal) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error == NoSuchProcess ? false : throw new Win32Exception(error, $"Signal {signal} to process {processId}");
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
