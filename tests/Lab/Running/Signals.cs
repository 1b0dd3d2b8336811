using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Drydock.Lab;

/// <summary>
/// The signals that the lab sends (Linux numbers, the same on every architecture that .NET supports).
/// </summary>
public enum LabSignal
{
    Hangup = 1,

    Interrupt = 2,

    Quit = 3,

    Kill = 9,

    Terminate = 15,

    Continue = 18,

    Stop = 19,
}

internal static class Signals
{
    private const int NoSuchProcess = 3;

    /// <summary>Sends a signal; false if the process has ended.</summary>
    public static bool Send(int processId, LabSignal signal)
    {
        if (processId <= 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(processId), processId, "The lab signals only processes that it started, each by its own id.");
        }

        if (Kill(processId, (int)signal) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error == NoSuchProcess
            ? false
            : throw new Win32Exception(error, $"Signal {signal} to process {processId}");
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
