namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Something a check found that stands against the upgrade. All findings of one pass are reported together.
/// </summary>
/// <param name="Reason">Stable machine word, see <see cref="FindingReasons"/>.</param>
/// <param name="Message">A sentence: what, where, what was expected, what to do. Never a secret.</param>
/// <param name="Node">The node it was found on; null if it speaks of the whole system.</param>
internal sealed record OmsFinding(string Reason, string Message, string? Node = null);
