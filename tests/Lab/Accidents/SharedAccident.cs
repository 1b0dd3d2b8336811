namespace Drydock.Lab.Accidents;

/// <summary>An accident of the operator or of Kubernetes: it can happen to any kind of upgrade.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Kind">What it happens to.</param>
/// <param name="Strike">Lets it happen.</param>
/// <param name="Fix">What a person does; null when nothing is to be done.</param>
/// <param name="Mend">Does it.</param>
internal sealed record SharedAccident(
    string Id, AccidentKind Kind, Func<OperatorScene, CancellationToken, Task> Strike, string? Fix = null, Func<OperatorScene, CancellationToken, Task>? Mend = null)
{
    /// <summary>As one of OmsUpgrade.</summary>
    public IAccident OfOms() => new Accident(Id, Kind, Strike, Fix, Mend);
}
