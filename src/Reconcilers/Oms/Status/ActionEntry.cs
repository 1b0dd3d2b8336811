namespace Drydock.Reconcilers.Oms;

/// <summary>What an administrator has to do about one subject.</summary>
/// <param name="Reason">Stable word.</param>
/// <param name="What">
/// What to do and why, the same text for every subject about which the same is to be done: whole sentences.
/// </param>
/// <param name="Subject">A project, component or node; empty if it concerns the whole system.</param>
/// <param name="Detail">What is special about this subject, a clause without a full stop; empty for nothing.</param>
internal sealed record ActionEntry(string Reason, string What, string Subject = "", string Detail = "");
