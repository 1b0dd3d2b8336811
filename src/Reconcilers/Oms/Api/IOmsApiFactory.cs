namespace Drydock.Reconcilers.Oms;

/// <summary>Opens the API of a console.</summary>
internal interface IOmsApiFactory
{
    /// <summary>A client for it; nothing is connected to yet.</summary>
    /// <exception cref="OmsApiException">The authority of the target is no certificate.</exception>
    IOmsApi Open(OmsApiTarget target);
}
