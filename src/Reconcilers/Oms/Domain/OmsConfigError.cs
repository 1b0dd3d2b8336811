namespace Drydock.Reconcilers.Oms;

/// <summary>Something wrong in a config.yaml.</summary>
/// <param name="Key">The key it speaks of; empty if the whole file.</param>
/// <param name="Message">A sentence: key, value (a secret one masked), what was expected, what to do.</param>
internal sealed record OmsConfigError(string Key, string Message);
