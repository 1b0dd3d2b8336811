namespace Drydock.Lab.Databases;

/// <summary>A fault of the stand-ins. The README next to this file lists the points.</summary>
public sealed record StandinFault
{
    /// <summary>The name in the record.</summary>
    public required string Id { get; init; }

    /// <summary>The process; <c>*</c> matches any text.</summary>
    public required string Process { get; init; }

    /// <summary>
    /// The point: <c>start</c>, <c>stop</c>, <c>call:POST /pd/api/v1/leader/resign</c>; <c>*</c> matches any text.
    /// </summary>
    public required string On { get; init; }

    /// <summary>
    /// The action: <c>fail</c>, <c>hang</c>, <c>crash</c>, <c>ignore</c>, <c>delay</c>, <c>lie</c>, or another action
    /// of the point.
    /// </summary>
    public required string Do { get; init; }

    /// <summary>HTTP status or error number; 0 for the usual one of the point.</summary>
    public int Status { get; init; }

    /// <summary>Body of the answer, or text of the error.</summary>
    public string Body { get; init; } = "";

    /// <summary>How often; −1 for always.</summary>
    public int Times { get; init; } = 1;

    /// <summary>A span in Go's notation, for example <c>1.5s</c>; empty for 2 s.</summary>
    public string Delay { get; init; } = "";
}
