namespace Drydock.Reconcilers.DatabaseRollingUpgrades.Access;

/// <summary>A process gave no answer over HTTP. The message names host, port and what was asked, and no secret.</summary>
public sealed class ServiceException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="reason">Stable word, one of <see cref="Crds.Common.Reasons"/>.</param>
    /// <param name="message">For people.</param>
    /// <param name="isNotTaken">The request certainly did not arrive.</param>
    /// <param name="innerException">The cause.</param>
    public ServiceException(string reason, string message, bool isNotTaken = false, Exception? innerException = null)
        : base(message, innerException) => (Reason, IsNotTaken) = (reason, isNotTaken);

    /// <summary>Stable word.</summary>
    public string Reason { get; }

    /// <summary>The request certainly did not arrive.</summary>
    public bool IsNotTaken { get; }

    /// <summary>What was asked may have been done.</summary>
    public bool MayHaveRun => !IsNotTaken;
}
