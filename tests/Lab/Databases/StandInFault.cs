namespace Drydock.Lab.Databases;

/// <summary>What a test asks a stand-in process to do wrong; the points are in the README beside this file.</summary>
/// <param name="Id">Its name, by which it is taken back and found in the record.</param>
/// <param name="Process">Name of the process; <c>*</c> stands for anything.</param>
/// <param name="On">The point: start, stop, <c>call:METHOD PATH</c>, <c>cli:COMMAND</c> and so on.</param>
/// <param name="Do">What happens there: fail, hang, crash, ignore, delay, lie and so on.</param>
public sealed record StandInFault(string Id, string Process, string On, string Do)
{
    /// <summary>How often; -1 is always.</summary>
    public int Times { get; init; } = 1;

    /// <summary>HTTP status, where one is answered; 0 is the usual one.</summary>
    public int Status { get; init; }

    /// <summary>What is said.</summary>
    public string? Body { get; init; }

    /// <summary>A span as Go writes them (2s, 300ms).</summary>
    public string? Delay { get; init; }
}
