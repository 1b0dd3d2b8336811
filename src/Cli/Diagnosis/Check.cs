namespace Drydock.Cli.Diagnosis;

/// <summary>What one look found, as a sentence.</summary>
/// <param name="Remedy">What to do; null if nothing has to be done.</param>
internal sealed record Check(string Name, CheckResult Result, string Message, string? Remedy = null)
{
    public static Check Good(string name, string message) => new(name, CheckResult.Good, message);

    public static Check Note(string name, string message) => new(name, CheckResult.Note, message);

    public static Check Broken(string name, string message, string remedy) =>
        new(name, CheckResult.Broken, message, remedy);
}

internal enum CheckResult
{
    Good,

    /// <summary>Nothing that has to be repaired, or something that this user may not read.</summary>
    Note,

    Broken,
}
